namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>A function that can be called.</summary>
internal abstract record LocalFunction
{
    internal required LocalFunctionDefinition Definition { get; init; }

    internal required FunctionInvoker Invoke { get; init; }

    /// <summary>Whether the method has a <see cref="FunctionContext"/> parameter; others are spared one.</summary>
    internal required bool TakesContext { get; init; }

    /// <summary>By the setting <c>AzureWebJobs.{name}.Disabled</c>: no route, no schedule; the admin route still starts a timer.</summary>
    internal required bool Disabled { get; init; }

    internal string Name => Definition.Name;
}
