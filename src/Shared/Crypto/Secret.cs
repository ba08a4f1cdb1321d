using System.Security.Cryptography;

namespace AtpKeyserver.Crypto;

/// <summary>
/// An opened secret. Zeroed when disposed of; has no text form of its own. Keys are pinned, so that the collector leaves no copies.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;

    /// <param name="bytes">Taken over, not copied.</param>
    internal Secret(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <param name="length">Bytes.</param>
    /// <param name="fill">Writes all of them.</param>
    internal Secret(int length, Action<Span<byte>> fill)
        : this(NewKey(length))
    {
        fill(_bytes);
    }

    /// <summary>The bytes themselves: a method, so that nothing serializes or prints them by accident.</summary>
    public ReadOnlySpan<byte> Reveal() => _bytes;

    /// <summary>32 bytes from the system's random generator.</summary>
    public static Secret Random() => new(SealingKey.Length, RandomNumberGenerator.Fill);

    /// <summary>An array for a key, where the collector does not move it before it is zeroed.</summary>
    internal static byte[] NewKey(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    public override string ToString() => nameof(Secret);
}
