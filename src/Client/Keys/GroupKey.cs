namespace AtpKeyserver.Client;

/// <summary>
/// A version of a group's key, for applications that use their own cipher. Dispose it as soon as possible.
/// <see cref="KeyserverContent"/> does not need it.
/// </summary>
public sealed class GroupKey : SecretBytes
{
    internal GroupKey(string groupId, byte[] key, int version) : base(key, version) => GroupId = groupId;

    /// <summary><c>{owner DID}#{name}</c>.</summary>
    public string GroupId { get; }

    /// <summary>The key: 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public ReadOnlySpan<byte> Key => Secret;
}
