namespace AtpKeyserver.FunctionsHost.Functions;

/// <summary>A function of the app.</summary>
/// <param name="Name">Unique, case-insensitive.</param>
/// <param name="Parameter">The name of the trigger's parameter.</param>
/// <param name="Disabled">Has no route or schedule. <c>/admin/functions/{name}</c> still starts a timer.</param>
internal abstract record HostFunction(string Name, string Parameter, bool Disabled);
