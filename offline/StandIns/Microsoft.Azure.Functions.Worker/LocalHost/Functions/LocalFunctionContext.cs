using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>One call. What few functions ask for is made when they do.</summary>
internal sealed class LocalFunctionContext(
    LocalFunction function, IServiceProvider services, object trigger, CancellationToken cancellation) : FunctionContext
{
    private string? _invocationId;
    private IDictionary<object, object>? _items;

    public override string InvocationId => _invocationId ??= new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public override string FunctionId => function.Definition.Id;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function.Definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= NewItems();
        set => _items = value;
    }

    public override CancellationToken CancellationToken { get; } = cancellation;

    /// <summary>What the function returned, behind the middleware.</summary>
    internal object? Result { get; private set; }

    internal async Task CallAsync() => Result = await function.Invoke(InstanceServices, trigger, this, CancellationToken);

    private Dictionary<object, object> NewItems() => trigger is HttpRequest request
        ? new() { [FunctionContextExtensions.HttpContextKey] = request.HttpContext }
        : [];
}
