using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Configuration;
using AtpKeyserver.Functions.Endpoints;
using AtpKeyserver.Operations;
using AtpKeyserver.Tests.Deployment.Bicep;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The deployed settings match the options of the app.</summary>
public sealed partial class SettingsTests
{
    /// <summary>The app refuses them outside development.</summary>
    private static readonly string[] DevelopmentOnly =
        ["Keyserver__AllowLocalhost", "Keyserver__Tables__ConnectionString", "Keyserver__KeyVault__EmulatorToken"];

    /// <summary>Settings without a default: the deployment creates their values.</summary>
    private static readonly string[] Made =
    [
        "Keyserver__Did", "Keyserver__PublicOrigin", "Keyserver__Tables__ServiceUri", "Keyserver__KeyVault__KeyId",
        "Keyserver__KeyVault__KeyringFingerprint",
    ];

    private static IReadOnlyDictionary<string, string> AllOptions =>
        Infrastructure.Predict(Infrastructure.AllOptions).AppSettings;

    /// <summary>When no keyserver setting is chosen.</summary>
    private static IReadOnlyDictionary<string, string> Defaults => Infrastructure.Predict("dev.bicepparam").AppSettings;

    [Fact]
    public void Exactly_the_options_of_the_app_are_set() =>
        Assert.Equal(
            Options().Select(option => option.Setting).Except(DevelopmentOnly).Order(),
            AllOptions.Keys.Where(IsOurs).Select(setting => Index().Replace(setting, "")).Distinct().Order());

    [Fact]
    public void Defaults_match_the_app()
    {
        foreach (var (setting, value) in Options().ExceptBy(DevelopmentOnly.Concat(Made), option => option.Setting))
        {
            if (value is IList list)
            {
                Assert.Empty(list);
                Assert.DoesNotContain(Defaults.Keys, name => name.StartsWith(setting, StringComparison.Ordinal));
            }
            else
            {
                var expected = Convert.ToString(value, CultureInfo.InvariantCulture);
                Assert.Equal(expected, Defaults[setting], ignoreCase: true);
            }
        }
    }

    [Fact]
    public void A_chosen_value_reaches_its_option()
    {
        var file = Infrastructure.Compile(Infrastructure.AllOptions).Parameters!.Value;
        var chosen = file.At("parameters.settings.value").EnumerateObject()
            .SelectMany(member => member.Value.ValueKind == JsonValueKind.Array
                ? member.Value.EnumerateArray().Select((item, i) => $"{member.Name}{i} = {item}")
                : [$"{member.Name} = {member.Value}"]);
        var arrived = AllOptions.Where(setting => IsOurs(setting.Key) && !Made.Contains(setting.Key))
            .Select(setting => $"{MemberOf(setting.Key)} = {setting.Value}");
        Assert.Equal(Sorted(chosen), Sorted(arrived));

        // The case of a name's first letter differs, and that of True and False.
        static IEnumerable<string> Sorted(IEnumerable<string> texts) =>
            texts.Select(text => text.ToUpperInvariant()).Order();
    }

    [Fact]
    public void The_settings_type_has_a_member_for_each_default() =>
        Assert.Equal(
            Infrastructure.Template.Module("keyserver").Variable("defaults").EnumerateObject()
                .Select(member => member.Name).Order(),
            Infrastructure.Template.Json.At("definitions.keyserverSettings.properties").EnumerateObject()
                .Select(member => member.Name).Order());

    [Fact]
    public void Operator_functions_have_no_schedule()
    {
        var started = TimerNames(schedule => schedule == OperatorStart.Schedule);
        Assert.NotEmpty(started);
        Assert.All(Infrastructure.Deployments, deployment =>
        {
            var settings = deployment.AppSettings;
            Assert.Equal(
                started.Select(name => $"AzureWebJobs_{name}_Disabled").Order(),
                settings.Keys.Where(name => name.StartsWith("AzureWebJobs_", StringComparison.Ordinal)).Order());
            Assert.All(started, name => Assert.Equal("true", settings[$"AzureWebJobs_{name}_Disabled"]));
        });
    }

    [Fact]
    public void Alerts_cover_every_scheduled_timer()
    {
        var query = KustoQueries.Alerts["alert timer-not-run"];
        var list = query[query.IndexOf("datatable", StringComparison.Ordinal)..];
        Assert.Equal(
            TimerNames(schedule => schedule != OperatorStart.Schedule).Order(),
            Quoted().Matches(list).Select(match => match.Groups[1].Value).Order());
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
    public void Settings_for_development_or_forbidden_by_the_plan_are_not_set(string setting)
    {
        Assert.All(Infrastructure.Deployments, deployment =>
            Assert.DoesNotContain(setting, deployment.AppSettings.Keys));
        Assert.DoesNotContain(Infrastructure.Template.Json.AllProperties(), property => property.Name == setting);
    }

    private static string[] TimerNames(Func<string, bool> hasSchedule) =>
    [
        .. from type in typeof(CatchAll).Assembly.GetTypes()
           from method in type.GetMethods()
           from parameter in method.GetParameters()
           let timer = parameter.GetCustomAttribute<TimerTriggerAttribute>()
           where timer is not null && hasSchedule(timer.Schedule)
           select method.GetCustomAttribute<FunctionAttribute>()!.Name,
    ];

    /// <summary>RateLimits__ReadsPerMinute is ReadsPerMinute, AccessLog__Strict is AccessLogStrict.</summary>
    private static string MemberOf(string setting) => setting
        .Replace("Keyserver__", "", StringComparison.Ordinal)
        .Replace("RateLimits__Enabled", "RateLimitsEnabled", StringComparison.Ordinal)
        .Replace("RateLimits__", "", StringComparison.Ordinal)
        .Replace("__", "", StringComparison.Ordinal);

    private static bool IsOurs(string setting) =>
        setting.StartsWith($"{KeyserverOptions.Section}__", StringComparison.Ordinal);

    private static IEnumerable<(string Setting, object? Default)> Options() =>
        Options(new KeyserverOptions(), KeyserverOptions.Section);

    private static IEnumerable<(string Setting, object? Default)> Options(object options, string path) =>
        options.GetType().GetProperties().SelectMany(property =>
        {
            var (name, value) = ($"{path}__{property.Name}", property.GetValue(options));
            var type = property.PropertyType;
            return type.IsClass && type.Namespace == typeof(KeyserverOptions).Namespace
                ? Options(value!, name)
                : [(name, value)];
        });

    /// <summary>The index of a list item.</summary>
    [GeneratedRegex("__[0-9]+$")]
    private static partial Regex Index();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();
}
