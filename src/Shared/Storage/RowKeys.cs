using System.Globalization;

namespace AtpKeyserver.Storage;

/// <summary>
/// Row keys, made here and nowhere else. They consist of ASCII letters, digits, <c>:</c>, <c>.</c> and <c>~</c>: nothing has to be escaped.
/// Partition keys are hashes (<see cref="PartitionKey"/>).
/// </summary>
/// <remarks>
/// Every row key ends in the first eight digits of its partition's key: a store that indexes row keys first would otherwise walk over one "head"
/// per group. The digits carry no meaning.
/// </remarks>
public static class RowKeys
{
    public const string MemberPrefix = "m:";
    public const string DelegatePrefix = "d:";
    public const string LeftPrefix = "l:";
    public const string VersionPrefix = "v:";
    public const string EventPrefix = "e:";

    public static string Head(string partition) => $"head~{Tag(partition)}";

    public static string Account(string partition) => $"account~{Tag(partition)}";

    public static string Version(string partition, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{VersionPrefix}{version:D10}~{Tag(partition)}");

    /// <param name="partition">The group's.</param>
    /// <param name="account">The partition key of the member's account.</param>
    public static string Member(string partition, string account) => $"{MemberPrefix}{account}~{Tag(partition)}";

    /// <param name="partition">The group's.</param>
    /// <param name="account">The partition key of the delegate's account.</param>
    public static string Delegate(string partition, string account) => $"{DelegatePrefix}{account}~{Tag(partition)}";

    /// <param name="partition">The group's.</param>
    /// <param name="account">The partition key of the account that left.</param>
    public static string Left(string partition, string account) => $"{LeftPrefix}{account}~{Tag(partition)}";

    public static string Event(string partition, string id) => $"{EventPrefix}{id}~{Tag(partition)}";

    /// <param name="partition">The account's.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="group">The partition key of the group.</param>
    public static string Membership(string partition, string role, string group) => $"{MembershipPrefix(role)}{group}~{Tag(partition)}";

    public static string MembershipPrefix(string role) => role + ":";

    /// <summary>How far the deletion of an account has come. It stands among the account's memberships and is none: it sorts behind them all.</summary>
    public static string Progress(string partition) => $"~progress~{Tag(partition)}";

    /// <summary>
    /// The partition key of the account in the key of the row of a member, a delegate or an account that left; null in
    /// one that we did not write.
    /// </summary>
    public static string? AccountOf(string row) =>
        row.LastIndexOf('~') is var end && end > MemberPrefix.Length && row[MemberPrefix.Length..end] is var account && PartitionKey.IsValid(account)
            ? account
            : null;

    private static ReadOnlySpan<char> Tag(string partition) => partition.AsSpan(0, 8);
}
