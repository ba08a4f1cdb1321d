using System.Text.Json.Nodes;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <param name="Repo">Handle or DID.</param>
/// <param name="Collection">An NSID.</param>
/// <param name="Rkey">The record key.</param>
/// <param name="Record">The record.</param>
internal sealed record PutRecordRequest(string Repo, string Collection, string Rkey, JsonObject Record);
