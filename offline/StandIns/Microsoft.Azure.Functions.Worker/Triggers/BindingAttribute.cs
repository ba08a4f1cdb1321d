namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What binds a function to the world.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute;
