namespace AtpKeyserver.Cli;

/// <summary>An error that the user can correct.</summary>
internal sealed class UsageException(string message) : Exception(message);
