using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>An entry of the response of <c>group.getKeys</c>: a key or an error. Disposal zeroes the key.</summary>
internal sealed record GroupKeyEntry(
    string GroupId,
    int? Version = null,
    [property: JsonConverter(typeof(HexKeyConverter))] byte[]? SecretKey = null,
    string? Error = null) : IDisposable
{
    public void Dispose() => CryptographicOperations.ZeroMemory(SecretKey);

    /// <summary>Whether this answers the request for the key.</summary>
    public bool IsAnswerTo(GroupKeyName name) => GroupId == name.GroupId && (SecretKey, Error) switch
    {
        (not null, null) => Version >= 1 && (name.Version ?? Version) == Version,
        (null, { Length: > 0 }) => (Version ?? name.Version) == name.Version,
        _ => false,
    };

    /// <summary>The error as the exception that <c>group.getKey</c> would cause.</summary>
    public KeyserverException Failure() => KeyserverErrors.OfKey(Error!);
}
