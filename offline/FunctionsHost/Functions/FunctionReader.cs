using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Timers;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>Reads the worker's metadata of a function, and rejects what the real host rejects.</summary>
internal sealed partial class FunctionReader(HostJson hostJson, HostSettings settings)
{
    private static readonly string[] ReservedRoutes = ["admin", "runtime"];
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    private static readonly ParameterPolicyFactory Constraints =
        new ServiceCollection().AddRouting().BuildServiceProvider().GetRequiredService<ParameterPolicyFactory>();

    /// <exception cref="FormatException">The real host would reject the function. The message says why.</exception>
    public HostFunction Read(RpcFunctionMetadata metadata)
    {
        if (!NamePattern().IsMatch(metadata.Name))
            throw new FormatException("a name must be a letter, followed by up to 127 letters, digits, '_' and '-'");
        var triggers = metadata.RawBindings
            .Select(binding => JsonSerializer.Deserialize<Trigger>(binding, Json)!)
            .Where(binding => binding.Type?.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase) == true)
            .ToArray();
        if (triggers.Length != 1)
            throw new FormatException($"a function has one trigger, not {triggers.Length}");
        return triggers[0].Type!.ToUpperInvariant() switch
        {
            "HTTPTRIGGER" => ReadHttp(metadata.Name, triggers[0]),
            "TIMERTRIGGER" => ReadTimer(metadata.Name, triggers[0]),
            _ => throw new FormatException($"this host does not support {triggers[0].Type}"),
        };
    }

    private HttpFunction ReadHttp(string name, Trigger trigger)
    {
        var route = (string.IsNullOrWhiteSpace(trigger.Route) ? name : trigger.Route).Trim('/');
        if (ReservedRoutes.Any(reserved => route.StartsWith(reserved, StringComparison.OrdinalIgnoreCase)))
            throw new FormatException($"routes that start with {string.Join(" or ", ReservedRoutes)} are reserved");
        route = hostJson.RoutePrefix.Length == 0 ? route : $"{hostJson.RoutePrefix}/{route}";
        try
        {
            foreach (var parameter in RoutePatternFactory.Parse(route).Parameters)
            {
                foreach (var constraint in parameter.ParameterPolicies)
                    _ = Constraints.Create(parameter, constraint);
            }
        }
        catch (Exception e) when (e is RoutePatternException or RouteCreationException or InvalidOperationException)
        {
            throw new FormatException($"the route '{route}' is invalid: {e.Message}", e);
        }

        return new HttpFunction(
            name, trigger.Name, settings.IsDisabled(name), route,
            [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant())],
            string.Equals(trigger.AuthLevel, "anonymous", StringComparison.OrdinalIgnoreCase));
    }

    private TimerFunction ReadTimer(string name, Trigger trigger)
    {
        var text = trigger.Schedule ?? "";
        if (text is ['%', .. var setting, '%'])
            text = settings[setting] ?? throw new FormatException(
                $"the setting {setting} of the schedule is missing");
        var schedule = Schedule.Parse(text);
        var isMonitored = trigger.UseMonitor != false && schedule.ShortestInterval >= TimeSpan.FromMinutes(1);
        return new TimerFunction(
            name, trigger.Name, settings.IsDisabled(name), schedule, trigger.RunOnStartup == true, isMonitored);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    private sealed record Trigger(
        [property: JsonRequired] string Name, string? Type, string? Route, IReadOnlyList<string>? Methods,
        string? AuthLevel,
        string? Schedule, bool? RunOnStartup, bool? UseMonitor);
}
