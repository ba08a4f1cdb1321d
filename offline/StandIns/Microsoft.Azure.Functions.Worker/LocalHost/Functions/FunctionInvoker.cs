namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>Makes the function's object in the scope of <paramref name="services"/> and calls its method.</summary>
/// <param name="services">The scope of the call.</param>
/// <param name="trigger">The <c>HttpRequest</c> or <see cref="TimerInfo"/>.</param>
/// <param name="context">For functions that take one.</param>
/// <param name="cancellation">For functions that take one.</param>
/// <returns>What the method returned; null when it returns nothing.</returns>
internal delegate ValueTask<object?> FunctionInvoker(IServiceProvider services, object trigger, FunctionContext? context,
    CancellationToken cancellation);
