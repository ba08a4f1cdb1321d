using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.LocalHost.Routing;
using Microsoft.Azure.Functions.Worker.LocalHost.Timers;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>Reads one method as a function, with the rules of the real host.</summary>
internal sealed partial class FunctionReader(string routePrefix, IConfiguration configuration)
{
    /// <exception cref="FunctionRefusedException">The real host would refuse it.</exception>
    internal LocalFunction Read(string name, MethodInfo method)
    {
        if (!NamePattern().IsMatch(name))
            throw new FunctionRefusedException("a name is a letter, then at most 127 letters, digits, '_' and '-'");
        if (!method.IsPublic || !method.DeclaringType!.IsVisible || method.ContainsGenericParameters)
            throw new FunctionRefusedException("a function is a public method of a public class, not generic");
        var triggers = method.GetParameters().Where(parameter => TriggerOf(parameter) is not null).ToArray();
        if (triggers.Length != 1)
            throw new FunctionRefusedException($"a function has one trigger, not {triggers.Length}");
        RequireParameters(method, triggers[0]);
        return TriggerOf(triggers[0]) switch
        {
            HttpTriggerAttribute http => ReadHttp(name, method, triggers[0], http),
            TimerTriggerAttribute timer => ReadTimer(name, method, triggers[0], timer),
            var other => throw new FunctionRefusedException($"{other!.GetType().Name} is not a trigger of this host"),
        };
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    private static TriggerBindingAttribute? TriggerOf(ParameterInfo parameter) => parameter.GetCustomAttribute<TriggerBindingAttribute>();

    private static void RequireParameters(MethodInfo method, ParameterInfo trigger)
    {
        // By its place: reflection may make the objects of a parameter twice.
        foreach (var parameter in method.GetParameters().Where(parameter => parameter.Position != trigger.Position))
        {
            if (parameter.ParameterType != typeof(FunctionContext) && parameter.ParameterType != typeof(CancellationToken))
                throw new FunctionRefusedException($"parameter {parameter.Name} has a type that is not bound: {parameter.ParameterType}");
        }
    }

    private HttpFunction ReadHttp(string name, MethodInfo method, ParameterInfo parameter, HttpTriggerAttribute trigger)
    {
        if (parameter.ParameterType != typeof(HttpRequest))
            throw new FunctionRefusedException($"parameter {parameter.Name} of an HTTP trigger is an HttpRequest");
        var result = FunctionCompiler.ResultType(method);
        if (result != typeof(void) && !typeof(IResult).IsAssignableFrom(result) && !typeof(IActionResult).IsAssignableFrom(result))
            throw new FunctionRefusedException($"an HTTP function returns IResult, IActionResult or nothing, or a task, not {result}");
        return new HttpFunction
        {
            Definition = new LocalFunctionDefinition(name, method),
            Invoke = Compile(method, parameter),
            TakesContext = TakesContext(method),
            Disabled = IsDisabled(name),
            Route = RouteReader.Read(string.IsNullOrWhiteSpace(trigger.Route) ? name : trigger.Route, routePrefix),
            Methods = [.. (trigger.Methods ?? []).Select(verb => verb.ToUpperInvariant())],
            AuthLevel = trigger.AuthLevel,
            ResultType = result,
        };
    }

    private TimerFunction ReadTimer(string name, MethodInfo method, ParameterInfo parameter, TimerTriggerAttribute trigger)
    {
        if (parameter.ParameterType != typeof(TimerInfo))
            throw new FunctionRefusedException($"parameter {parameter.Name} of a timer trigger is a TimerInfo");
        if (FunctionCompiler.ResultType(method) != typeof(void))
            throw new FunctionRefusedException($"a timer function returns a task or nothing, not {method.ReturnType}");
        var schedule = ScheduleReader.Read(trigger.Schedule, configuration);
        return new TimerFunction
        {
            Definition = new LocalFunctionDefinition(name, method),
            Invoke = Compile(method, parameter),
            TakesContext = TakesContext(method),
            Disabled = IsDisabled(name),
            Schedule = schedule,
            RunOnStartup = trigger.RunOnStartup,
            Monitored = trigger.UseMonitor && schedule.ShortestInterval >= TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>Compiled when it is first called: an app has many functions, and starts to answer one call.</summary>
    private static FunctionInvoker Compile(MethodInfo method, ParameterInfo trigger)
    {
        if (!method.IsStatic && (method.DeclaringType!.IsAbstract || method.DeclaringType.GetConstructors().Length == 0))
            throw new FunctionRefusedException($"{method.DeclaringType} has no constructor to use");
        var compiled = new Lazy<FunctionInvoker>(() => FunctionCompiler.Compile(method, trigger));
        return (services, value, context, cancellation) => compiled.Value(services, value, context, cancellation);
    }

    private static bool TakesContext(MethodInfo method) =>
        method.GetParameters().Any(parameter => parameter.ParameterType == typeof(FunctionContext));

    // The second form is for shells and systems that allow no dots in names.
    private bool IsDisabled(string name) =>
        IsTrue(configuration[$"AzureWebJobs.{name}.Disabled"]) || IsTrue(configuration[$"AzureWebJobs_{name}_Disabled"]);

    private static bool IsTrue(string? setting) => setting is "1" || string.Equals(setting, "true", StringComparison.OrdinalIgnoreCase);
}
