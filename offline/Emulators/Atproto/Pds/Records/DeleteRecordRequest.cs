namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <param name="Repo">Handle or DID.</param>
/// <param name="Collection">An NSID.</param>
/// <param name="Rkey">The record key.</param>
internal sealed record DeleteRecordRequest(string Repo, string Collection, string Rkey);
