namespace AtpKeyserver.Copies;

/// <summary>What the operator has to know; no fault of the program.</summary>
public sealed class CopyException(string message) : Exception(message);
