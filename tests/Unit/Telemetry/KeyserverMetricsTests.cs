using System.Diagnostics.Metrics;
using AtpKeyserver.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Unit.Telemetry;

public sealed class KeyserverMetricsTests
{
    [Fact]
    public void Refused_tokens_are_counted_by_the_name_of_the_rule()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<KeyserverMetrics>().BuildServiceProvider();
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == KeyserverMetrics.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counted.Add($"{instrument.Name} {value} {string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();

        var metrics = services.GetRequiredService<KeyserverMetrics>();
        metrics.TokenRefused("JwtExpired");
        metrics.TokenRefused("BadJwt");
        Assert.Equal(["keyserver.tokens.refused 1 error=JwtExpired", "keyserver.tokens.refused 1 error=BadJwt"], counted);
    }
}
