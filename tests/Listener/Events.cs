using System.Diagnostics.Tracing;
using System.Globalization;

namespace AtpKeyserver.Tests.Listener;

/// <summary>
/// Events of all sources at the finest level, except the runtime's own, which are numerous and only about memory and
/// threads.
/// </summary>
internal sealed class Events : EventListener
{
    private static readonly string[] s_leftOut =
    [
        "Microsoft-Windows-DotNETRuntime", "System.Runtime", "System.Threading", "System.Buffers", "System.Diagnostics",
        "Microsoft-Diagnostics", "Private.", "Native",
    ];

    // The base class calls this before the constructor has run.
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
        $"event {eventData.EventSource.Name} {eventData.EventName} "
            + $"{string.Join(' ', (eventData.Payload ?? []).Select(Text))}");

    private static string Text(object? value) =>
        value is byte[] bytes
            ? Convert.ToHexStringLower(bytes)
            : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
