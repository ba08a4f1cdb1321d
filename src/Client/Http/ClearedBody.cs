using System.Security.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>
/// A response body, which may contain a key: pinned, so that the garbage collector does not copy it, and zeroed on
/// disposal.
/// </summary>
internal sealed class ClearedBody : IDisposable
{
    /// <summary>In bytes. Larger than any page of a list; limits what a faulty server can send.</summary>
    internal const int MaxLength = 4 << 20;

    private const int FirstLength = 4 << 10;

    private byte[] _bytes = Allocate(FirstLength);
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <exception cref="InvalidDataException">The body is longer than <see cref="MaxLength"/>.</exception>
    public static async Task<ClearedBody> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var body = new ClearedBody();
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (await stream.ReadAsync(body._bytes.AsMemory(body._length), cancellation)
                    .ConfigureAwait(false) is > 0 and var read)
                    body.Advance(read);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private void Advance(int read)
    {
        _length += read;
        if (_length < _bytes.Length)
            return;
        if (_length >= MaxLength)
            throw new InvalidDataException("The response is too long.");
        var longer = Allocate(_bytes.Length * 4);
        Bytes.CopyTo(longer);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = longer;
    }

    private static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
