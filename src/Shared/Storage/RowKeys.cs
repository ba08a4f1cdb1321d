using System.Globalization;

namespace AtpKeyserver.Storage;

/// <summary>
/// All row keys. They consist of ASCII letters, digits, <c>:</c>, <c>.</c> and <c>~</c>, so they need no escaping.
/// Partition keys are hashes (<see cref="PartitionKey"/>).
/// </summary>
/// <remarks>
/// Each row key ends with the first eight digits of its partition key. A store that indexes row keys first would
/// otherwise scan one "head" row per group. The suffix has no meaning.
/// </remarks>
public static class RowKeys
{
    public const string HeadPrefix = "head";
    public const string AccountPrefix = "account";
    public const string MemberPrefix = "m:";
    public const string DelegatePrefix = "d:";
    public const string LeftPrefix = "l:";
    public const string VersionPrefix = "v:";
    public const string EventPrefix = "e:";

    public static string Head(string partition) => $"{HeadPrefix}~{Tag(partition)}";

    public static string Account(string partition) => $"{AccountPrefix}~{Tag(partition)}";

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
    /// <param name="role">The account's role in the group.</param>
    /// <param name="group">The partition key of the group.</param>
    public static string Membership(string partition, string role, string group) =>
        $"{MembershipPrefix(role)}{group}~{Tag(partition)}";

    public static string MembershipPrefix(string role) => role + ":";

    /// <summary>
    /// The progress row of an account's deletion. It is in the partition of the memberships and sorts after them.
    /// </summary>
    public static string Progress(string partition) => $"~progress~{Tag(partition)}";

    /// <summary>
    /// The account's partition key in the row key of a member, delegate or departure; null if the row key is malformed.
    /// </summary>
    public static string? AccountOf(string row) =>
        row.LastIndexOf('~') is var end
        && end > MemberPrefix.Length
        && row[MemberPrefix.Length..end] is var account
        && PartitionKey.IsValid(account)
            ? account
            : null;

    private static ReadOnlySpan<char> Tag(string partition) => partition.AsSpan(0, 8);
}
