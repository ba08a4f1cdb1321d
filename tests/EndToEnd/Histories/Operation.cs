using System.Globalization;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>The operations on a group.</summary>
public enum Act
{
    GetKey,

    /// <summary>One key of a <c>group.getKeys</c> call, which may also read keys of other groups.</summary>
    GetKeys,
    Rotate,
    AddMember,
    AddMembers,
    RemoveMember,
    RemoveMemberAndRotate,
    RemoveMembers,
    RemoveMembersAndRotate,
    AddDelegate,
    RemoveDelegate,
    Delete,
}

/// <summary>A call of one method for one group, without its response.</summary>
/// <param name="Caller">0 is the owner; the others are numbered from 1 to 31.</param>
/// <param name="Act">The operation.</param>
/// <param name="Target">The added or removed account, by number.</param>
/// <param name="Version">The requested or expected version; 0 for none.</param>
/// <param name="Targets">The accounts of a call for many members, one bit each.</param>
public readonly record struct Question(int Caller, Act Act, int Target = 0, int Version = 0, uint Targets = 0)
{
    public const int Owner = 0;

    public override string ToString()
    {
        var who = Caller == Owner ? "owner" : string.Create(CultureInfo.InvariantCulture, $"account {Caller}");
        var target = Act is Act.GetKey or Act.GetKeys or Act.Rotate or Act.Delete ? ""
            : Targets != 0 ? $" of accounts {Accounts.Names(Targets)}"
            : string.Create(CultureInfo.InvariantCulture, $" of account {Target}");
        var version = Version == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (version {Version})");
        return $"{who}: {Act}{target}{version}";
    }
}

/// <summary>The response, as far as it depends on the group.</summary>
/// <param name="Status">
/// 0: the outcome is unknown. The call may take effect at any time after it began, or never.
/// </param>
/// <param name="Error">The name of the error; null for 200.</param>
/// <param name="Version">The version that was read or created; 0 for none.</param>
/// <param name="OldVersion">Of a rotation: the previously active version.</param>
/// <param name="Changed">
/// Of a call for many members: one bit per account that was added or removed; the others are unchanged.
/// </param>
public readonly record struct Reply(
    int Status, string? Error = null, int Version = 0, int OldVersion = 0, uint Changed = 0)
{
    public static Reply Unknown => default;

    public bool IsKnown => Status != 0;

    public override string ToString() => !IsKnown ? "unknown"
        : Changed != 0 ? $"{this with { Changed = 0 }}, changed {Accounts.Names(Changed)}"
        : Error is not null ? string.Create(CultureInfo.InvariantCulture, $"{Status} {Error}")
        : OldVersion > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Status}, version {OldVersion} -> {Version}")
        : Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Status}, version {Version}")
        : string.Create(CultureInfo.InvariantCulture, $"{Status}");
}

/// <summary>A call and its response.</summary>
/// <param name="Question">The call.</param>
/// <param name="Reply">Its response.</param>
/// <param name="Invoked">Before it was sent, in ticks of a clock that all operations share.</param>
/// <param name="Returned">After its response was read.</param>
/// <param name="Key">A hash of the key that was read; null for none.</param>
/// <param name="Instance">Which instance was called.</param>
public sealed record Operation(
    Question Question, Reply Reply, long Invoked, long Returned, string? Key = null, int Instance = 0)
{
    /// <summary>
    /// Whether the operation changes nothing whenever it takes effect, if it does so once: the only read with an effect
    /// is the one that creates a group, and its version is new.
    /// </summary>
    public bool IsRead => Reply.IsKnown && (Reply.Error is not null || Question.Act is Act.GetKey or Act.GetKeys);
}
