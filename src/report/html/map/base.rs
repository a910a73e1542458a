//! A base map of the user's own, as GeoJSON (RFC 7946).

use serde_json::Value;

/// Outlines in degrees east and north.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseMap {
    /// What the page says it is: the file's name.
    pub(super) name: String,
    pub(super) shapes: Vec<Shape>,
}

/// One outline.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A closed one, filled as land.
    Ring(Vec<(f64, f64)>),
    /// An open one.
    Line(Vec<(f64, f64)>),
}

impl BaseMap {
    /// Reads areas and lines; points and a byte order mark are left out.
    ///
    /// # Errors
    /// The text is no GeoJSON, has coordinates outside of 180 and 90 degrees (it is in a projection then), or has neither area
    /// nor line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let mut map = Self { name: name.to_owned(), shapes: Vec::new() };
        map.object(&value)?;
        if map.shapes.is_empty() {
            return Err("it has neither areas nor lines".to_owned());
        }
        Ok(map)
    }

    /// One object. Geometry collections nest no deeper than the JSON reader allows.
    fn object(&mut self, value: &Value) -> Result<(), String> {
        let list = |key: &str| value.get(key).and_then(Value::as_array).ok_or_else(|| format!("no list \"{key}\""));
        match value.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") => list("features")?.iter().try_for_each(|feature| self.object(feature)),
            Some("Feature") => match value.get("geometry") {
                None | Some(Value::Null) => Ok(()),
                Some(geometry) => self.object(geometry),
            },
            Some("GeometryCollection") => list("geometries")?.iter().try_for_each(|geometry| self.object(geometry)),
            Some("Polygon") => self.rings(list("coordinates")?),
            Some("MultiPolygon") => {
                list("coordinates")?.iter().try_for_each(|polygon| self.rings(polygon.as_array().map_or(&[], |it| it)))
            }
            Some("LineString") => self.line(list("coordinates")?),
            Some("MultiLineString") => {
                list("coordinates")?.iter().try_for_each(|line| self.line(line.as_array().map_or(&[], |it| it)))
            }
            Some("Point" | "MultiPoint") => Ok(()),
            Some(other) => Err(format!("\"{other}\" is no type of GeoJSON")),
            None => Err("an object without a type is no GeoJSON".to_owned()),
        }
    }

    fn rings(&mut self, rings: &[Value]) -> Result<(), String> {
        for ring in rings {
            let points = points(ring.as_array().map_or(&[], |it| it))?;
            self.shapes.push(Shape::Ring(points));
        }
        Ok(())
    }

    fn line(&mut self, line: &[Value]) -> Result<(), String> {
        self.shapes.push(Shape::Line(points(line)?));
        Ok(())
    }
}

fn points(list: &[Value]) -> Result<Vec<(f64, f64)>, String> {
    let point = |value: &Value| {
        let (lon, lat) = (value.get(0).and_then(Value::as_f64), value.get(1).and_then(Value::as_f64));
        match (lon, lat) {
            (Some(lon), Some(lat)) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Ok((lon, lat)),
            (Some(lon), Some(lat)) => {
                Err(format!("{lon}, {lat} are no degrees east and north: GeoJSON is not in a projection"))
            }
            _ => Err(format!("{value} is no pair of degrees east and north")),
        }
    };
    list.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_lines_are_read() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"name":"<b>"},"geometry":{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4],[5,6]]]]}},
            {"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[
                {"type":"LineString","coordinates":[[1,2,100],[3,4,100]]},{"type":"Point","coordinates":[0,0]}]}},
            {"type":"Feature","properties":null,"geometry":null}]}"#;
        let map = BaseMap::parse("a.geojson", text).expect("reads");
        assert_eq!(
            map.shapes,
            [Shape::Ring(vec![(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]), Shape::Line(vec![(1.0, 2.0), (3.0, 4.0)])]
        );
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for (text, problem) in [
            ("{", "no JSON"),
            ("[]", "without a type"),
            (r#"{"type":"Topology"}"#, "\"Topology\" is no type of GeoJSON"),
            (r#"{"type":"Polygon"}"#, "no list \"coordinates\""),
            (r#"{"type":"LineString","coordinates":[[4000000,1],[1,2]]}"#, "not in a projection"),
            (r#"{"type":"LineString","coordinates":[["a",1]]}"#, "no pair of degrees"),
            (r#"{"type":"Point","coordinates":[1,2]}"#, "neither areas nor lines"),
        ] {
            let error = BaseMap::parse("m", text).expect_err(text);
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
