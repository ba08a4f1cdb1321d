using System.Security.Cryptography;

namespace AtpKeyserver.Sealing;

/// <summary>An opened secret. Zeroed when disposed of; has no text form of its own.</summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;

    /// <param name="bytes">Taken over, not copied.</param>
    internal Secret(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <summary>The bytes themselves: a method, so that nothing serializes or prints them by accident.</summary>
    public ReadOnlySpan<byte> Reveal() => _bytes;

    /// <summary>32 bytes from the system's random generator.</summary>
    public static Secret Random() => new(RandomNumberGenerator.GetBytes(32));

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    public override string ToString() => nameof(Secret);
}
