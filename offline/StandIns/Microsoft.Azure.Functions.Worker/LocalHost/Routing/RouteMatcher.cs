using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Routing;

/// <summary>Holds a path against one template and its constraints, with the classes that the real host uses.</summary>
internal sealed class RouteMatcher
{
    private static readonly DefaultInlineConstraintResolver Resolver = NewResolver();

    private readonly TemplateMatcher _matcher;
    private readonly KeyValuePair<string, IRouteConstraint>[] _constraints;
    private readonly int _maxSegments;

    /// <exception cref="InvalidOperationException">An unknown constraint, or one with wrong arguments.</exception>
    internal RouteMatcher(RouteTemplate template)
    {
        var defaults = new RouteValueDictionary();
        var builder = new RouteConstraintBuilder(Resolver, template.TemplateText!);
        foreach (var parameter in template.Parameters)
        {
            if (parameter.IsOptional)
                builder.SetOptional(parameter.Name!);
            foreach (var constraint in parameter.InlineConstraints)
                builder.AddResolvedConstraint(parameter.Name!, constraint.Constraint);
            if (parameter.DefaultValue is not null)
                defaults.Add(parameter.Name!, parameter.DefaultValue);
        }

        _matcher = new TemplateMatcher(template, defaults);
        _constraints = [.. builder.Build()];
        _maxSegments = template.Parameters.Any(parameter => parameter.IsCatchAll) ? int.MaxValue : template.Segments.Count;
    }

    /// <summary>On a match the request carries the values of the route.</summary>
    /// <param name="http">The request.</param>
    /// <param name="segments">How many segments its path has.</param>
    internal bool TryMatch(HttpContext http, int segments)
    {
        if (segments > _maxSegments)
            return false;
        var values = new RouteValueDictionary();
        if (!_matcher.TryMatch(http.Request.Path, values))
            return false;
        foreach (var (name, constraint) in _constraints)
        {
            if (!constraint.Match(http, null, name, values, RouteDirection.IncomingRequest))
                return false;
        }

        http.Request.RouteValues = values;
        return true;
    }

    private static DefaultInlineConstraintResolver NewResolver()
    {
        var options = new RouteOptions();
        options.SetParameterPolicy<RegexInlineRouteConstraint>("regex");
        return new DefaultInlineConstraintResolver(Options.Create(options), new ServiceCollection().BuildServiceProvider());
    }
}
