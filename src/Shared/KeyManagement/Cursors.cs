using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// Page cursors: the position of the next page with a MAC, valid only for the list they were created for. Encoded as
/// base64url of a 16-byte MAC and the position.
/// </summary>
public sealed class Cursors(Keyring keyring)
{
    /// <summary>Characters; far above any cursor that this server creates.</summary>
    public const int MaxLength = 1024;

    private const int MacLength = 16;

    /// <param name="list">The list and its subject, such as <c>members {group id}</c>. Cursors of other lists are
    /// invalid.</param>
    /// <param name="position">Where the next page starts.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async ValueTask<string> MakeAsync(string list, string position, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetBytes(position);
        var mac = Mac(await keyring.RootAsync(cancellation), list, text);
        return Base64Url.EncodeToString([.. mac.AsSpan(0, MacLength), .. text]);
    }

    /// <summary>The cursor of the next page; null on the last page.</summary>
    public async ValueTask<string?> MakeNextAsync(string list, string? position, CancellationToken cancellation) =>
        position is null ? null : await MakeAsync(list, position, cancellation);

    /// <returns>The position; null without a cursor, which is the first page.</returns>
    /// <exception cref="KeyserverException">InvalidRequest: the cursor was not created for this list.</exception>
    public async ValueTask<string?> ReadAsync(string list, string? cursor, CancellationToken cancellation)
    {
        if (cursor is null)
            return null;
        var bytes = new byte[MaxLength];
        if (cursor.Length > MaxLength
            || !StrictBase64Url.TryDecode(Encoding.UTF8.GetBytes(cursor), bytes, out var length)
            || length < MacLength)
        {
            throw Invalid();
        }

        var position = bytes.AsMemory(MacLength, length - MacLength);
        var mac = Mac(await keyring.RootAsync(cancellation), list, position.Span);
        return CryptographicOperations.FixedTimeEquals(mac.AsSpan(0, MacLength), bytes.AsSpan(0, MacLength))
            ? Encoding.UTF8.GetString(position.Span)
            : throw Invalid();
    }

    private static byte[] Mac(SealingKey root, string list, ReadOnlySpan<byte> position)
    {
        var name = Encoding.UTF8.GetBytes($"cursor {list}");
        // The length prefix separates name and position unambiguously.
        return root.Mac([.. BitConverter.GetBytes(name.Length), .. name, .. position]);
    }

    private static KeyserverException Invalid() =>
        new(
            ErrorName.InvalidRequest,
            "cursor must be from a response of this method for the same list; start again without it.");
}
