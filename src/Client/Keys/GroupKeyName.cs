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

    private static readonly SearchValues<char> WebCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-%A");

    /// <summary>
    /// Whether the group id has the form that the server accepts. One other id makes the whole call fail, and records
    /// of other accounts can contain anything.
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
            : did.StartsWith("did:web:", StringComparison.Ordinal) && did.Length > 8
                && !did[8..].ContainsAnyExcept(WebCharacters);
}
