using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace AtpKeyserver.Tests.Listener;

/// <summary>Every trace, metric and outgoing request of the process, as lines that start with their kind.</summary>
internal static class Telemetry
{
    private static readonly List<object> s_listeners = [];
    private static MeterListener? s_meters;

    public static void Listen(Record record)
    {
        var activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => record.Write(
                $"trace {activity.Source.Name} {activity.OperationName} {activity.DisplayName} "
                    + $"{activity.StatusDescription} "
                + $"{Text(activity.TagObjects)} {Text(activity.Baggage)} {activity.TraceStateString} "
                + string.Join(' ', activity.Events.Select(e => $"{e.Name} {Text(e.Tags)}"))),
        };
        ActivitySource.AddActivityListener(activities);
        s_meters = new MeterListener { InstrumentPublished = (instrument, listener) =>
            listener.EnableMeasurementEvents(instrument) };
        Hear<int>(s_meters, record);
        Hear<long>(s_meters, record);
        Hear<double>(s_meters, record);
        s_meters.Start();
        s_listeners.AddRange(
            [activities, DiagnosticListener.AllListeners.Subscribe(new Requests(record)), new Events(record)]);
    }

    public static void Measure() => s_meters?.RecordObservableInstruments();

    public static string Text<T>(IEnumerable<KeyValuePair<string, T>> tags) =>
        string.Join(' ', tags.Select(tag => $"{tag.Key}={Convert.ToString(tag.Value, CultureInfo.InvariantCulture)}"));

    private static void Hear<T>(MeterListener meters, Record record)
        where T : struct =>
        meters.SetMeasurementEventCallback<T>((instrument, _, tags, _) =>
            record.Write($"metric {instrument.Meter.Name} {instrument.Name} {Text(tags.ToArray())}"));
}
