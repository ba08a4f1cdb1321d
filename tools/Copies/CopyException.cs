namespace AtpKeyserver.Copies;

/// <summary>An error that the operator can correct.</summary>
public sealed class CopyException(string message) : Exception(message);
