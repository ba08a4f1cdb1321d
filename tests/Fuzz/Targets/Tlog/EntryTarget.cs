using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>An entry has one form and fits to its chain.</summary>
internal sealed class EntryTarget() : Target("tlog-entry", typeof(LogEntry))
{
    public override int MaxLength => LogEntry.Size + 2;

    public override bool Run(byte[] input)
    {
        if (!LogEntry.TryParse(input, out var entry))
            return false;
        FindingException.Unless(entry.Encode().AsSpan().SequenceCompareTo(input) == 0, "An entry has two forms.");
        FindingException.Unless(
            entry.Sequence >= 0 && entry.Sequence == 0 == entry.Previous.IsZero && Enum.IsDefined(entry.Chain),
            "An impossible entry is accepted.");
        return true;
    }
}
