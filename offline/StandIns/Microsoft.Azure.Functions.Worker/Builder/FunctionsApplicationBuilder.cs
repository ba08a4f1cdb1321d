using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.LocalHost;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds an app of functions together with the local host that runs them.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private bool _built;

    internal FunctionsApplicationBuilder(string[]? args) => _web = AppDefaults.CreateBuilder(args);

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <summary>Settings: <c>appsettings.json</c>, environment variables, command line; later ones win.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => _web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    public IServiceCollection Services => _web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    internal bool UsesAspNetCore { get; set; }

    /// <summary>Where functions are looked for; by default all types of the entry assembly.</summary>
    internal IReadOnlyList<Type>? FunctionTypes { get; set; }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null) where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        RequireNotBuilt();
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>Builds the host. Can be called once.</summary>
    /// <exception cref="InvalidOperationException">
    /// Called before, or the real host would refuse a function; the message says which.
    /// </exception>
    public IHost Build()
    {
        RequireNotBuilt();
        _built = true;
        var types = FunctionTypes ?? Assembly.GetEntryAssembly()!.GetTypes();
        return LocalFunctionsHost.Build(_web, types, UsesAspNetCore, _middleware);
    }

    private void RequireNotBuilt()
    {
        if (_built)
            throw new InvalidOperationException("The application has already been built.");
    }
}
