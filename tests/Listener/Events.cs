using System.Diagnostics.Tracing;
using System.Globalization;

namespace AtpKeyserver.Tests.Listener;

/// <summary>What event sources say at their finest level, but for the runtime's own: they speak of memory and threads, and a great deal.</summary>
internal sealed class Events : EventListener
{
    private static readonly string[] s_leftOut =
    [
        "Microsoft-Windows-DotNETRuntime", "System.Runtime", "System.Threading", "System.Buffers", "System.Diagnostics",
        "Microsoft-Diagnostics", "Private.", "Native",
    ];

    // The base class calls before the constructor has run.
    private static Record? s_record;

    public Events(Record record)
    {
        s_record = record;
        foreach (var source in EventSource.GetSources())
            OnEventSourceCreated(source);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (s_record is not null && !s_leftOut.Any(name => eventSource.Name.StartsWith(name, StringComparison.Ordinal)))
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData) => s_record?.Write(
        $"event {eventData.EventSource.Name} {eventData.EventName} {string.Join(' ', (eventData.Payload ?? []).Select(Text))}");

    private static string Text(object? value) =>
        value is byte[] bytes ? Convert.ToHexStringLower(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
