"""The township safety development index 镇街安全发展指数: rules as data, a pure judge, the month run and its pages."""
