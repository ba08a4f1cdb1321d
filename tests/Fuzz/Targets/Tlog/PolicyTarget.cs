using System.Text;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>
/// A policy keeps its meaning when it is written again; all witnesses together are a quorum, and none only by name.
/// </summary>
internal sealed class PolicyTarget() : Target("tlog-policy", typeof(LogPolicy))
{
    private static readonly Note Note = Read();

    public override int MaxLength => 4096;

    public override int Cost => 2;

    public override IEnumerable<string> Words =>
    [
        "log ", "witness ", "group ", "quorum ", " any ", " all ", " 1 ", "none", "\n", "#",
        TlogVector.Text("keys", "vkey"), TlogVector.Text("keys", "cosigner_vkey")
    ];

    public override bool Run(byte[] input)
    {
        if (!LogPolicy.TryParse(input, out var policy, out var line))
        {
            FindingException.Unless(line <= 1 + input.Count(b => b == '\n'), "The faulty line does not exist.");
            return false;
        }

        FindingException.Unless(
            policy.IsQuorum(policy.Witnesses.Select(witness => witness.Name).ToHashSet()), "All are no quorum.");
        FindingException.Unless(
            policy.IsQuorum(new HashSet<string>()) == (policy.Quorum == "none"), "Nobody is a quorum.");
        FindingException.Unless(
            LogPolicy.TryParse(Encoding.Latin1.GetBytes(Write(policy)), out var again, out _)
                && Write(again) == Write(policy),
            "The policy has changed.");
        FindingException.Unless(Enum.IsDefined(policy.Check(Note)), "The result is undefined.");
        return true;
    }

    private static string Write(LogPolicy policy)
    {
        var text = new StringBuilder();
        foreach (var log in policy.Logs)
            text.Append(null, $"log {Opaque(log.Key)} {log.Url}\n");
        foreach (var witness in policy.Witnesses)
            text.Append(null, $"witness {witness.Name} {Opaque(witness.Key)} {witness.Url}\n");
        foreach (var group in policy.Groups)
            text.Append(null, $"group {group.Name} {group.Threshold} {string.Join(' ', group.Members)}\n");
        return text.Append(null, $"quorum {policy.Quorum}\n").ToString();
    }

    private static string Opaque(VerifierKey key) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(key.ToString()));

    private static Note Read() =>
        Note.TryParse(Encoding.UTF8.GetBytes(TlogVector.Text("checkpoint", "note")), out var note)
            ? note
            : throw new FindingException("The vector has no valid note.");
}
