using System.Security.Cryptography;
using AtpKeyserver.Emulators.KeyVault.Wire;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>A version of a key. Changes of attributes replace the record; the key pair never changes.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Key">Must be locked while in use.</param>
/// <param name="Attributes">Times in Unix seconds.</param>
/// <param name="Operations">What the key may do: <c>wrapKey</c>, <c>unwrapKey</c>…</param>
/// <param name="Tags">The owner's tags, or null.</param>
internal sealed record KeyVersion(
    string Id,
    RSA Key,
    KeyAttributes Attributes,
    IReadOnlyList<string> Operations,
    IReadOnlyDictionary<string, string>? Tags);
