using System.Diagnostics.CodeAnalysis;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The logs and witnesses that a client trusts, and which witnesses make a quorum. Only Ed25519 keys are supported.
/// <see href="https://c2sp.org/tlog-policy"/>
/// </summary>
public sealed class LogPolicy
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = 128 << 10;

    /// <summary>The largest number of logs, of witnesses and of groups; tlog-policy recommends at least 32.</summary>
    public const int MaxOfAKind = 64;

    /// <summary>The quorum that needs no witness.</summary>
    internal const string None = "none";

    internal LogPolicy(
        IReadOnlyList<PolicyLog> logs, IReadOnlyList<PolicyWitness> witnesses, IReadOnlyList<PolicyGroup> groups,
        string quorum) =>
        (Logs, Witnesses, Groups, Quorum) = (logs, witnesses, groups, quorum);

    /// <summary>The logs; if there are none, the application decides which logs it accepts.</summary>
    public IReadOnlyList<PolicyLog> Logs { get; }

    /// <summary>The witnesses.</summary>
    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    /// <summary>The groups; each has only members that were defined before it.</summary>
    public IReadOnlyList<PolicyGroup> Groups { get; }

    /// <summary>The name of a witness or group, or <c>none</c>.</summary>
    public string Quorum { get; }

    /// <summary>Reads a policy file.</summary>
    /// <param name="text">The file: lines that end in a newline.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="faultyLine">
    /// If false is returned, the number of the first faulty line, from 1; 0 if the file is too long, or has no quorum.
    /// </param>
    public static bool TryParse(
        ReadOnlySpan<byte> text, [NotNullWhen(true)] out LogPolicy? policy, out int faultyLine)
    {
        policy = null;
        faultyLine = 0;
        if (text.Length > MaxSize)
            return false;
        var builder = new PolicyBuilder();
        var lines = new LineReader(text);
        for (var number = 1; !lines.Rest.IsEmpty; number++)
        {
            if (!lines.TryRead(out var line) || !PolicyLine.TryAdd(line, builder))
            {
                faultyLine = number;
                return false;
            }
        }

        policy = builder.Build();
        return policy is not null;
    }

    /// <summary>Whether witnesses with these names are a quorum.</summary>
    public bool IsQuorum(IReadOnlySet<string> witnesses)
    {
        ArgumentNullException.ThrowIfNull(witnesses);
        var met = new HashSet<string>(
            Witnesses.Select(witness => witness.Name).Where(witnesses.Contains), StringComparer.Ordinal) { None };
        foreach (var group in Groups)
        {
            if (group.Members.Count(met.Contains) >= group.Threshold)
                met.Add(group.Name);
        }

        return met.Contains(Quorum);
    }

    /// <summary>Verifies the signatures of a checkpoint's log and witnesses.</summary>
    /// <param name="note">The signed checkpoint.</param>
    /// <param name="notBefore">Older cosignatures do not count; in seconds since 1970-01-01 UTC.</param>
    /// <param name="notAfter">Later cosignatures do not count; in seconds since 1970-01-01 UTC.</param>
    public PolicyStatus Check(Note note, long notBefore = 0, long notAfter = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (!Checkpoint.TryParse(note.Text.Span, out var checkpoint))
            return PolicyStatus.NotACheckpoint;
        var isLogged = Logs.Count == 0;
        foreach (var log in Logs)
        {
            var status = note.Check(log.Key).Status;
            if (status == SignatureStatus.Invalid)
                return PolicyStatus.InvalidSignature;
            isLogged |= status == SignatureStatus.Valid && log.Key.Name == checkpoint.Origin;
        }

        var cosigned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var witness in Witnesses)
        {
            var (status, timestamp) = note.Check(witness.Key);
            if (status == SignatureStatus.Invalid)
                return PolicyStatus.InvalidSignature;
            if (status == SignatureStatus.Valid && timestamp >= notBefore && timestamp <= notAfter)
                cosigned.Add(witness.Name);
        }

        if (!isLogged)
            return PolicyStatus.UnknownLog;
        return IsQuorum(cosigned) ? PolicyStatus.Accepted : PolicyStatus.NoQuorum;
    }
}
