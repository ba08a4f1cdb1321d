namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>
/// A step of the walkthrough did not do what it should. The message says what was expected and what came.
/// </summary>
public sealed class StepFailedException(string message) : Exception(message);
