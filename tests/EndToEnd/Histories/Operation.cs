using System.Globalization;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>What is asked of a group.</summary>
public enum Act
{
    GetKey,
    Rotate,
    AddMember,
    RemoveMember,
    RemoveMemberAndRotate,
    AddDelegate,
    RemoveDelegate,
    Delete,
}

/// <summary>A call of one method for one group, without its answer.</summary>
/// <param name="Caller">0 is the owner; the others are numbered from 1 to 31.</param>
/// <param name="Act">What is asked.</param>
/// <param name="Target">Who is added or removed; the number of an account.</param>
/// <param name="Version">The version asked for, or expected; 0 where none is.</param>
public readonly record struct Question(int Caller, Act Act, int Target = 0, int Version = 0)
{
    public const int Owner = 0;

    public override string ToString()
    {
        var who = Caller == Owner ? "owner" : string.Create(CultureInfo.InvariantCulture, $"account {Caller}");
        var target = Act is Act.GetKey or Act.Rotate or Act.Delete ? "" : string.Create(CultureInfo.InvariantCulture, $" of account {Target}");
        var version = Version == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (version {Version})");
        return $"{who}: {Act}{target}{version}";
    }
}

/// <summary>What was answered, as far as it depends on the group.</summary>
/// <param name="Status">0: nobody knows what came of it. The call may have its effect at any time after it began, or never.</param>
/// <param name="Error">The name of the error; null for 200.</param>
/// <param name="Version">The version read, or made; 0 where none is.</param>
/// <param name="OldVersion">Of a rotation: the version that was active before.</param>
public readonly record struct Reply(int Status, string? Error = null, int Version = 0, int OldVersion = 0)
{
    public static Reply Unknown => default;

    public bool IsKnown => Status != 0;

    public override string ToString() => !IsKnown ? "unknown"
        : Error is not null ? string.Create(CultureInfo.InvariantCulture, $"{Status} {Error}")
        : OldVersion > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Status}, version {OldVersion} -> {Version}")
        : Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Status}, version {Version}")
        : string.Create(CultureInfo.InvariantCulture, $"{Status}");
}

/// <summary>A call and its answer.</summary>
/// <param name="Question">The call.</param>
/// <param name="Reply">Its answer.</param>
/// <param name="Invoked">Before it was sent, in ticks of any clock that all operations share.</param>
/// <param name="Returned">After its answer had been read.</param>
/// <param name="Key">A hash of the key that was read; null where none was.</param>
/// <param name="Instance">Which instance was called.</param>
public sealed record Operation(Question Question, Reply Reply, long Invoked, long Returned, string? Key = null, int Instance = 0);
