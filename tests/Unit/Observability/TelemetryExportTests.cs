using AtpKeyserver.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Tests.Unit.Observability;

public sealed class TelemetryExportTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "")]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    [InlineData("OTEL_METRICS_EXPORTER", "otlp")]
    public void Nothing_is_added_without_an_exporter(string setting, string value) =>
        Assert.Empty(Add((setting, value)));

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")]
    [InlineData("OTEL_TRACES_EXPORTER", "console")]
    [InlineData("OTEL_METRICS_EXPORTER", "otlp, console")]
    public void A_configured_exporter_is_added(string setting, string value) =>
        Assert.Contains(Add((setting, value)), service => service.ServiceType == typeof(IHostedService));

    [Fact]
    public void Signals_that_are_turned_off_are_not_exported() => Assert.Empty(Add(
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "none"),
        ("OTEL_LOGS_EXPORTER", "none")));

    [Fact]
    public void Application_Insights_is_added() => Assert.Contains(
        Add(("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=00000000-0000-0000-0000-000000000000")),
        service => service.ServiceType == typeof(IHostedService));

    private static ServiceCollection Add(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        TelemetryExport.AddTo(
            services,
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value))
                .Build());
        return services;
    }
}
