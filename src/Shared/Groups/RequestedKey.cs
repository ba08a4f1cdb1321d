using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups;

/// <summary>One key that a call asks for, and then its secret or why there is none.</summary>
/// <param name="group">The group.</param>
/// <param name="asked">Null for the active version.</param>
public sealed class RequestedKey(GroupId group, int? asked) : IDisposable
{
    private (Group Group, KeyVersion Version)? _found;

    public GroupId Group => group;

    /// <summary>The requested version; null for the active one.</summary>
    public int? Asked => asked;

    /// <summary>The version of <see cref="Secret"/>.</summary>
    public int? Version => _found?.Version.Version;

    /// <summary>Null after a failure.</summary>
    public Secret? Secret { get; private set; }

    /// <summary>Null after a success.</summary>
    public Exception? Failure { get; private set; }

    internal bool IsDecided => _found is not null || Failure is not null;

    /// <summary>The owner's account key.</summary>
    internal SealingKey OwnerKey => _found!.Value.Group.Key;

    internal void Find(Group inGroup, KeyVersion version) => _found = (inGroup, version);

    internal void Find(Group inGroup, VersionRead read)
    {
        if (read.Version is { } version)
            Find(inGroup, version);
        else
            Fail(read.Failure!);
    }

    /// <summary>Opens the secret of a found version.</summary>
    internal void Open(KeyVersionTable versions)
    {
        if (_found is not { } found || Failure is not null)
            return;
        try
        {
            Secret = versions.Open(found.Group.Head.Partition, found.Version, found.Group.Key);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    internal void Fail(Exception failure)
    {
        Dispose();
        Failure = failure;
    }

    public void Dispose()
    {
        Secret?.Dispose();
        Secret = null;
    }
}
