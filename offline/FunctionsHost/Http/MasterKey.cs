using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>
/// The key that the header <c>x-functions-key</c> must contain. Without a key, all requests are allowed.
/// </summary>
internal sealed class MasterKey(string? key)
{
    private readonly byte[]? _hash = key is null ? null : Hash(key);

    public bool Allows(HttpRequest request) =>
        _hash is null || CryptographicOperations.FixedTimeEquals(
            _hash, Hash(request.Headers["x-functions-key"].ToString()));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
