using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SimpleBase;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>A record of an account. <see href="https://atproto.com/specs/data-model"/></summary>
/// <param name="Path">Unique in the repository.</param>
/// <param name="Json">The record as text.</param>
internal sealed record StoredRecord(RecordPath Path, string Json)
{
    /// <summary>CIDv1, DAG-CBOR, SHA-256, 32 bytes.</summary>
    private static readonly byte[] CidPrefix = [0x01, 0x71, 0x12, 0x20];

    /// <summary>
    /// Has the form of a PDS's CIDs and changes with the record, but hashes the JSON text instead of DAG-CBOR.
    /// </summary>
    public string ComputeCid()
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Json));
        return "b" + Base32.Rfc4648.Encode([.. CidPrefix, .. hash]).ToLowerInvariant();
    }

    /// <summary>The record as <c>getRecord</c> and <c>listRecords</c> return it.</summary>
    public JsonObject ToView(string did) => new()
    {
        ["uri"] = Path.ToUri(did),
        ["cid"] = ComputeCid(),
        ["value"] = JsonNode.Parse(Json),
    };
}
