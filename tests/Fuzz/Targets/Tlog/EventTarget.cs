using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>An event is what other readers of JSON see, and keeps its meaning when it is written again.</summary>
internal sealed class EventTarget() : Target("tlog-event", typeof(LogEvent), typeof(EventActor))
{
    private static readonly string[] Members =
    [
        "type", "at", "by", "name", "version", "public_key", "custody", "key_commitment", "device_id", "did",
        "signature", "ends"
    ];

    public override int MaxLength => Opening.MaxEventSize + 2;

    public override IEnumerable<string> Words =>
    [
        .. Members.Select(member => $"\"{member}\":"), "2026-01-01T00:00:00.000Z", "\\ud800", "null"
    ];

    public override bool Run(byte[] input)
    {
        if (!LogEvent.TryParse(input, out var logEvent))
            return false;
        var json = PlainJson.Object(input, 2) ?? throw new FindingException("The event is no JSON object.");
        FindingException.Unless(PlainJson.HasUniqueNames(json), "A repeated member is accepted.");
        FindingException.Unless(
            json.EnumerateObject().All(member => Members.Contains(member.Name)), "An unknown member is accepted.");
        FindingException.Unless(
            PlainJson.Text(json, "by") == logEvent.By.ToString() && PlainJson.Text(json, "did") == logEvent.Did
                && PlainJson.Text(json, "public_key") == logEvent.PublicKey
                && (int?)PlainJson.Number(json, "version") == logEvent.Version,
            "Another reader sees another event.");
        FindingException.Unless(
            LogEvent.TryParse(logEvent.Encode(), out var again) && again == logEvent, "The event has changed.");
        return true;
    }
}
