using System.Collections;
using System.Globalization;
using System.Reflection;
using AtpKeyserver.Functions;
using AtpKeyserver.Maintenance;
using AtpKeyserver.Tests.Deployment.Bicep;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The settings that are deployed and the options that the app reads are the same.</summary>
public sealed class SettingsTests
{
    /// <summary>The app refuses them outside development.</summary>
    private static readonly string[] DevelopmentOnly =
        ["Keyserver__AllowLocalhost", "Keyserver__Tables__ConnectionString", "Keyserver__KeyVault__EmulatorToken"];

    /// <summary>Those without a default: what the deployment itself makes.</summary>
    private static readonly string[] Made =
    [
        "Keyserver__Did", "Keyserver__PublicOrigin", "Keyserver__Tables__ServiceUri", "Keyserver__KeyVault__KeyId",
        "Keyserver__KeyVault__KeyringFingerprint",
    ];

    private static readonly BicepFile Module = Infrastructure.File("settings.bicep");

    [Fact]
    public void Each_option_of_the_app_is_set_and_nothing_else_is()
    {
        var set = Module.Variable("named").Properties.Keys.Concat(Lists.Select(list => list.Setting));
        Assert.Equal(Options().Select(option => option.Setting).Except(DevelopmentOnly).Order(), set.Order());
    }

    [Fact]
    public void Defaults_are_those_of_the_app()
    {
        var defaults = Module.Variable("defaults").Properties;
        var named = Module.Variable("named").Properties;
        foreach (var (setting, value) in Options().ExceptBy(DevelopmentOnly.Concat(Made), option => option.Setting))
        {
            if (value is IList list)
            {
                Assert.Empty(list);
                Assert.Equal("[]", defaults[Lists.Single(l => l.Setting == setting).Member].Text);
                continue;
            }

            // Keyserver__Mode: all.mode, or string(all.number).
            var member = named[setting].OfType("property_identifier").Single().Text;
            Assert.Equal(Convert.ToString(value, CultureInfo.InvariantCulture), defaults[member].Unquoted, ignoreCase: true);
        }
    }

    [Fact]
    public void The_type_of_settings_has_a_member_for_each_default()
    {
        var type = Infrastructure.File("types.bicep").Types.Single(t => t.Name == "keyserverSettings").Node;
        var members = type.OfType("object").First().Children.Where(child => child.Type == "object_property").Select(child => child.Children
            .First(c => c.Type == "identifier").Text);
        Assert.Equal(Module.Variable("defaults").Properties.Keys.Order(), members.Order());
    }

    [Fact]
    public void Functions_that_an_operator_starts_have_no_schedule_there()
    {
        var settings = AppSettings();
        var started = Timers.Where(timer => timer.Schedule == OperatorStart.Schedule).Select(timer => timer.Name).ToArray();
        Assert.NotEmpty(started);
        Assert.Equal(
            started.Select(name => $"AzureWebJobs_{name}_Disabled").Order(),
            settings.Where(s => s.Key.StartsWith("AzureWebJobs_", StringComparison.Ordinal)).Select(s => s.Key).Order());
        Assert.All(started, name => Assert.Equal("true", settings[$"AzureWebJobs_{name}_Disabled"].Unquoted));
    }

    [Fact]
    public void Alerts_watch_every_timer_that_has_a_schedule()
    {
        var watched = Infrastructure.File("alerts.bicep").Variable("timers").Children.Select(child => child.Unquoted);
        Assert.Equal(Timers.Where(timer => timer.Schedule != OperatorStart.Schedule).Select(timer => timer.Name).Order(), watched.Order());
    }

    [Theory]
    [InlineData("FUNCTIONS_WORKER_RUNTIME")]
    [InlineData("FUNCTIONS_EXTENSION_VERSION")]
    [InlineData("WEBSITE_RUN_FROM_PACKAGE")]
    [InlineData("WEBSITE_CONTENTAZUREFILECONNECTIONSTRING")]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("AZURE_FUNCTIONS_ENVIRONMENT")]
    [InlineData("Keyserver__AllowLocalhost")]
    [InlineData("Keyserver__Tables__ConnectionString")]
    [InlineData("Keyserver__KeyVault__EmulatorToken")]
    public void What_the_plan_forbids_or_only_development_has_is_not_set(string setting) =>
        Assert.All(Infrastructure.Sources, file => Assert.DoesNotContain(
            file.Root.OfType("object_property"), property => property.Children[0].Unquoted == setting));

    private static (string Setting, string Member)[] Lists => [.. Module.Variables
        .Where(variable => variable.Name.StartsWith("denied", StringComparison.Ordinal))
        .Select(variable => (variable.Node.OfType("string_content").First().Text.TrimEnd('_'), variable.Name))];

    private static (string Name, string Schedule)[] Timers => [.. typeof(CatchAll).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        .Select(method => (
            method.GetCustomAttribute<FunctionAttribute>()?.Name,
            method.GetParameters().Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()).FirstOrDefault(t => t is not null)?.Schedule))
        .Where(timer => timer is { Name: not null, Schedule: not null })
        .Select(timer => (timer.Name!, timer.Schedule!))];

    private static IReadOnlyDictionary<string, BicepNode> AppSettings() =>
        Infrastructure.File("appsettings.bicep").Resources.Single(r => !r.IsExisting).Body.OfType("object").Skip(1).First().Properties;

    private static IEnumerable<(string Setting, object? Default)> Options() => Options(new KeyserverOptions(), KeyserverOptions.Section);

    private static IEnumerable<(string Setting, object? Default)> Options(object options, string path) =>
        options.GetType().GetProperties().SelectMany(property =>
        {
            var (name, value) = ($"{path}__{property.Name}", property.GetValue(options));
            return property.PropertyType.Namespace == typeof(KeyserverOptions).Namespace && property.PropertyType.IsClass
                ? Options(value!, name)
                : [(name, value)];
        });
}
