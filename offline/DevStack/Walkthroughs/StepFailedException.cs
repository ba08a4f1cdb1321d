namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>A step of the walkthrough failed. The message says what was expected and what happened.</summary>
public sealed class StepFailedException(string message) : Exception(message);
