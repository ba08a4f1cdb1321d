namespace AtpKeyserver.Cli;

/// <summary>Something is missing that the person at the keyboard can give.</summary>
internal sealed class UsageException(string message) : Exception(message);
