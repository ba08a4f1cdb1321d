using System.Buffers;
using System.Globalization;

namespace AtpKeyserver.Client;

/// <summary>A group's key as <c>group.getKeys</c> names it: <c>{group id}</c> or <c>{group id}@{version}</c>.</summary>
/// <param name="GroupId"><c>{owner DID}#{name}</c>.</param>
/// <param name="Version"><see langword="null"/>: the active one.</param>
internal readonly record struct GroupKeyName(string GroupId, int? Version)
{
    internal const int MaxNameLength = 128;

    private const int MaxLength = 390;

    private const int PlcLength = 32;

    private static readonly SearchValues<char> PlcCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    private const int MaxLabelLength = 63;

    private const string LocalhostWithPort = "localhost%3A";

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>
    /// Whether the group id has the form of this protocol. Records of other accounts can contain anything, and one id
    /// that the server rejects makes the whole call fail. A server may reject more: reserved top-level domains, and
    /// localhost outside development.
    /// </summary>
    public bool IsValid
    {
        get
        {
            var hash = GroupId.IndexOf('#', StringComparison.Ordinal);
            return hash > 0 && GroupId.Length <= MaxLength && IsDid(GroupId.AsSpan(0, hash))
                && IsGroupName(GroupId.AsSpan(hash + 1));
        }
    }

    public static bool IsGroupName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"._:~-".Contains(c, StringComparison.Ordinal))
                return false;
        }

        return name.Length is > 0 and <= MaxNameLength;
    }

    public override string ToString() => Version is { } version
        ? string.Create(CultureInfo.InvariantCulture, $"{GroupId}@{version}")
        : GroupId;

    private static bool IsDid(ReadOnlySpan<char> did) =>
        did.StartsWith("did:plc:", StringComparison.Ordinal)
            ? did.Length == PlcLength && !did[8..].ContainsAnyExcept(PlcCharacters)
            : did.StartsWith("did:web:", StringComparison.Ordinal) && (IsLocalhost(did[8..]) || IsHostName(did[8..]));

    private static bool IsLocalhost(ReadOnlySpan<char> host) =>
        host is "localhost"
        || (host.StartsWith(LocalhostWithPort, StringComparison.Ordinal)
            && host.Length > LocalhostWithPort.Length
            && !host[LocalhostWithPort.Length..].ContainsAnyExceptInRange('0', '9'));

    /// <summary>At least two labels. The last one starts with a letter, which excludes IP addresses.</summary>
    private static bool IsHostName(ReadOnlySpan<char> host)
    {
        if (host.ContainsAnyExcept(HostCharacters))
            return false;
        var last = host;
        foreach (var range in host.Split('.'))
        {
            last = host[range];
            if (last.Length is 0 or > MaxLabelLength || last[0] == '-' || last[^1] == '-')
                return false;
        }

        return last.Length < host.Length && char.IsAsciiLetterLower(last[0]);
    }
}
