namespace AtpKeyserver.Cli.Accounts;

/// <summary>A handle leads to no account.</summary>
internal sealed class AccountNotFoundException(string message) : Exception(message);
