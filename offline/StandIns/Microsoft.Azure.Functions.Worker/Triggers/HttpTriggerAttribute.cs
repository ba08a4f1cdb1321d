using System.Diagnostics.CodeAnalysis;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by an HTTP request.</summary>
[SuppressMessage("Design", "CA1019", Justification = "As the official package has it.")]
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>All verbs, with a function key.</summary>
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    /// <summary>These verbs.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>All verbs, with this key.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>These verbs, with this key.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>An ASP.NET Core route template below the route prefix. None, or an empty one, is the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>None: all verbs.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "An array in the official package.")]
    public string[]? Methods { get; private set; }

    /// <summary>The key that the host demands.</summary>
    public AuthorizationLevel AuthLevel { get; private set; }
}
