using System.Security.Cryptography;

namespace AtpKeyserver.Crypto;

/// <summary>
/// A decrypted secret, zeroed on dispose. ToString does not reveal it. Keys are pinned, so that the garbage collector
/// leaves no copies.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;

    /// <param name="bytes">Owned by the new object, not copied.</param>
    internal Secret(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <param name="length">Bytes.</param>
    /// <param name="fill">Must write all bytes.</param>
    internal Secret(int length, Action<Span<byte>> fill)
        : this(NewKey(length))
    {
        fill(_bytes);
    }

    /// <summary>The bytes. A method, not a property, so that serializers and formatters do not read them.</summary>
    public ReadOnlySpan<byte> Reveal() => _bytes;

    /// <summary>32 bytes from the system's random generator.</summary>
    public static Secret Random() => new(SealingKey.Length, RandomNumberGenerator.Fill);

    /// <summary>A pinned array: the garbage collector cannot move it before it is zeroed.</summary>
    internal static byte[] NewKey(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    public override string ToString() => nameof(Secret);
}
