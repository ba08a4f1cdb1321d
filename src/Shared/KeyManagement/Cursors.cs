using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// Cursors of paged answers: where the next page begins, authenticated, and good only for the list they were made for. The text is base64url of
/// a MAC of 16 bytes and the position.
/// </summary>
public sealed class Cursors(Keyring keyring)
{
    /// <summary>Characters; no position that we make comes near it.</summary>
    public const int MaxLength = 1024;

    private const int MacLength = 16;

    /// <param name="list">The list and what it is of, such as <c>members {group id}</c>: a cursor of one list is none of another.</param>
    /// <param name="position">Where the next page begins.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async ValueTask<string> MakeAsync(string list, string position, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetBytes(position);
        var mac = Mac(await keyring.RootAsync(cancellation), list, text);
        return Base64Url.EncodeToString([.. mac.AsSpan(0, MacLength), .. text]);
    }

    /// <summary>The cursor of the next page; null where there is none.</summary>
    public async ValueTask<string?> MakeNextAsync(string list, string? position, CancellationToken cancellation) =>
        position is null ? null : await MakeAsync(list, position, cancellation);

    /// <returns>The position; null where there is no cursor, which is the first page.</returns>
    /// <exception cref="KeyserverException">InvalidRequest: it was not made by us for this list.</exception>
    public async ValueTask<string?> ReadAsync(string list, string? cursor, CancellationToken cancellation)
    {
        if (cursor is null)
            return null;
        var bytes = new byte[MaxLength];
        if (cursor.Length > MaxLength || !StrictBase64Url.TryDecode(Encoding.UTF8.GetBytes(cursor), bytes, out var length) || length < MacLength)
            throw Invalid();
        var position = bytes.AsMemory(MacLength, length - MacLength);
        var mac = Mac(await keyring.RootAsync(cancellation), list, position.Span);
        return CryptographicOperations.FixedTimeEquals(mac.AsSpan(0, MacLength), bytes.AsSpan(0, MacLength))
            ? Encoding.UTF8.GetString(position.Span)
            : throw Invalid();
    }

    private static byte[] Mac(SealingKey root, string list, ReadOnlySpan<byte> position)
    {
        var name = Encoding.UTF8.GetBytes($"cursor {list}");
        // The length of the name keeps name and position apart.
        return root.Mac([.. BitConverter.GetBytes(name.Length), .. name, .. position]);
    }

    private static KeyserverException Invalid() =>
        new(ErrorName.InvalidRequest, "cursor must be one that this method gave for the same list; begin again without it.");
}
