using System.Security.Cryptography;
using AtpKeyserver.Emulators.KeyVault.Wire;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>One version of a key. Attributes change by replacing the record; the key pair never does.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Key">Used under a lock on itself.</param>
/// <param name="Attributes">Times in Unix seconds.</param>
/// <param name="Operations">What the key may do: <c>wrapKey</c>, <c>unwrapKey</c>…</param>
/// <param name="Tags">The owner's, null where there are none.</param>
internal sealed record KeyVersion(
    string Id,
    RSA Key,
    KeyAttributes Attributes,
    IReadOnlyList<string> Operations,
    IReadOnlyDictionary<string, string>? Tags);
