using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>Collects the lines of a policy, and refuses what tlog-policy does not allow.</summary>
internal sealed class PolicyBuilder
{
    private readonly List<PolicyLog> _logs = [];
    private readonly List<PolicyWitness> _witnesses = [];
    private readonly List<PolicyGroup> _groups = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private string? _quorum;

    /// <summary>False for a duplicate, that is the same public key under any name, or too many.</summary>
    public bool TryAdd(PolicyLog log)
    {
        if (_logs.Count == LogPolicy.MaxOfAKind || log.Key.Type != SignatureType.Ed25519
            || _logs.Any(other => IsSame(other.Key, log.Key)))
            return false;
        _logs.Add(log);
        return true;
    }

    /// <inheritdoc cref="TryAdd(PolicyLog)"/>
    public bool TryAdd(PolicyWitness witness)
    {
        if (_witnesses.Count == LogPolicy.MaxOfAKind || witness.Key.Type != SignatureType.Cosignature
            || _witnesses.Any(other => IsSame(other.Key, witness.Key)) || !TryDefine(witness.Name))
            return false;
        _witnesses.Add(witness);
        return true;
    }

    /// <summary>False unless the members are defined, are in no other group, and are as many as are needed.</summary>
    public bool TryAdd(PolicyGroup group)
    {
        if (_groups.Count == LogPolicy.MaxOfAKind || group.Threshold < 1 || group.Threshold > group.Members.Count
            || !group.Members.All(member => _names.Contains(member) && _members.Add(member)) || !TryDefine(group.Name))
            return false;
        _groups.Add(group);
        return true;
    }

    /// <summary>False for a second quorum, or a name that is not defined.</summary>
    public bool TrySetQuorum(string name)
    {
        if (_quorum is not null || (name != LogPolicy.None && !_names.Contains(name)))
            return false;
        _quorum = name;
        return true;
    }

    /// <summary>The policy; null without a quorum.</summary>
    public LogPolicy? Build() =>
        _quorum is null ? null : new LogPolicy(_logs, _witnesses, _groups, _quorum);

    private bool TryDefine(string name) => name != LogPolicy.None && _names.Add(name);

    private static bool IsSame(VerifierKey one, VerifierKey other) =>
        CryptographicOperations.FixedTimeEquals(one.Bytes.Span, other.Bytes.Span);
}
