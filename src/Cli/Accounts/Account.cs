namespace AtpKeyserver.Cli.Accounts;

/// <summary>An account, as its DID document describes it.</summary>
/// <param name="Did">The DID.</param>
/// <param name="Handle">The handle that the document claims; null if it claims none.</param>
/// <param name="Pds">The origin of the PDS; null if the document names none.</param>
internal sealed record Account(string Did, string? Handle, Uri? Pds);
