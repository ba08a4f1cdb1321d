using System.Security.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>
/// The body of an answer, which may hold a key: in memory that the collector doesn't copy, zeroed when it is given
/// back.
/// </summary>
internal sealed class ClearedBody : IDisposable
{
    /// <summary>In bytes: more than any page of a list has, and a bound on what a broken server can send.</summary>
    internal const int MaxLength = 4 << 20;

    private const int FirstLength = 4 << 10;

    private byte[] _bytes = Allocate(FirstLength);
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <exception cref="InvalidDataException">It is longer than <see cref="MaxLength"/>.</exception>
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
            throw new InvalidDataException($"The answer is longer than {MaxLength} bytes.");
        var longer = Allocate(_bytes.Length * 4);
        Bytes.CopyTo(longer);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = longer;
    }

    private static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
